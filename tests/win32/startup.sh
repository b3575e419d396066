#!/bin/sh
# How programs begin and end: output, exit code, drivers of the environment.
# usage: startup.sh FOLDER DRIVER
set -u
folder=$1 driver=$2 failed=0
export NTIO_DRIVERS=$driver

check() { # CODE OUTPUT PROGRAM ARG...
    wanted=$1 text=$2
    shift 2
    program=$1
    shift
    output=$("$folder/$program" "$@" 2>&1)
    code=$?
    if [ $code -ne "$wanted" ] || [ "$output" != "$text" ]; then
        echo "$program $*: expected code $wanted and \"$text\", got $code and \"$output\""
        failed=1
    fi
}

ending() { # CODE ARG
    check "$1" "no line endat exit" test_win32_ending "$2"
}

ending 5 return
ending 6 exit
ending 7 process
ending 8 thread
for i in 1 2 3 4 5 6 7 8 9 10; do ending 9 threads; done
ending 10 device
check 255 'no line endntio: system("true") is not run
at exit' test_win32_ending
check 3 '3:one
2:äö' test_win32_wide_main one äö

output=$(printf 'abc' | "$folder/test_win32_ending" input)
code=$?
[ $code -eq 1 ] && [ "$output" = "no line end[ab1]at exit" ] ||
    { echo "input: got $code and \"$output\""; failed=1; }
output=$(printf 'ab' | "$folder/test_win32_ending" input)
code=$?
[ $code -eq 11 ] && [ "$output" = "no line end[ab1]at exit" ] ||
    { echo "input at its end: got $code and \"$output\""; failed=1; }

output=$(NTIO_DRIVERS=/nowhere/none.so "$folder/test_win32_ending" return 2>&1)
code=$?
case "$code $output" in
4\ *none.so*) ;;
*) echo "a missing driver: got $code and \"$output\""; failed=1 ;;
esac
exit $failed
