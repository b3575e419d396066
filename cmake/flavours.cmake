# The two ways in which ntio's sources are compiled. The kernel rooms see the NT
# headers and nothing of Linux; hal sees Linux and nothing of NT but hal.h.

find_package(PkgConfig REQUIRED)
pkg_check_modules(LIBDW REQUIRED IMPORTED_TARGET libdw)
pkg_check_modules(LIBXML2 REQUIRED IMPORTED_TARGET libxml-2.0)

find_path(NTIO_MINGW_INCLUDE ddk/wdm.h PATHS /usr/share/mingw-w64/include NO_DEFAULT_PATH)
if(NOT NTIO_MINGW_INCLUDE)
  message(FATAL_ERROR "mingw-w64's headers are missing: apt-get install mingw-w64-common")
endif()
execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=include
                OUTPUT_VARIABLE NTIO_COMPILER_INCLUDE OUTPUT_STRIP_TRAILING_WHITESPACE)

set(NTIO_WARNINGS -Wall -Wextra -Werror)
set(NTIO_COMMON -fno-strict-aliasing -fno-omit-frame-pointer -fvisibility=default)

if(NTIO_SANITIZE STREQUAL "address")
  set(NTIO_INSTRUMENT -fsanitize=address,undefined -fno-sanitize-recover=undefined
      -fno-sanitize=alignment)
elseif(NTIO_SANITIZE STREQUAL "thread")
  set(NTIO_INSTRUMENT -fsanitize=thread)
elseif(NTIO_SANITIZE)
  message(FATAL_ERROR "NTIO_SANITIZE is '${NTIO_SANITIZE}'; it can be address or thread")
endif()
if(NTIO_FUZZ)
  list(APPEND NTIO_INSTRUMENT -fsanitize=fuzzer-no-link)
endif()
if(NTIO_COVERAGE)
  list(APPEND NTIO_INSTRUMENT --coverage)
endif()
add_compile_options(${NTIO_INSTRUMENT})
add_link_options(${NTIO_INSTRUMENT})

# How the kernel's own process is linked: src/hal/layout.c knows the address.
set(NTIO_KERNEL_PROCESS_LINK -no-pie -Wl,-Ttext-segment=0x60000000)

# What a source written against the NT headers is compiled with.
set(NTIO_NT_OPTIONS
    -nostdinc "SHELL:-isystem ${CMAKE_SOURCE_DIR}/include/wdk"
    "SHELL:-isystem ${NTIO_MINGW_INCLUDE}/ddk" "SHELL:-isystem ${NTIO_MINGW_INCLUDE}"
    "SHELL:-isystem ${NTIO_COMPILER_INCLUDE}"
    -fshort-wchar -Wno-multichar -Wno-unknown-pragmas
    -D_AMD64_ -DAMD64 -DWINNT=1 -DDBG=1 -D_WIN32_WINNT=0x0A00 -DWINVER=0x0A00
    -DNTDDI_VERSION=0x0A00000B)
set(NTIO_PRELUDE "SHELL:-include ntio_prelude.h")
# As the kernel itself rather than as a driver.
set(NTIO_KERNEL_OPTIONS ${NTIO_NT_OPTIONS} -D_KERNEL_MODE=1 -D_NTOSKRNL_ -D_NTSYSTEM_)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  list(APPEND NTIO_NT_OPTIONS -Wno-four-char-constants -Wno-ignored-attributes)
  list(APPEND NTIO_KERNEL_OPTIONS -Wno-four-char-constants -Wno-ignored-attributes)
endif()

# The target's sources see the prelude first. The headers, most of what there is to compile, are
# read once and shared with the targets that name the same owner: the first one that does. A source
# that wants GUIDs defined says so before the headers, and reads them itself.
function(ntio_nt_headers target header owner)
  get_target_property(sources ${target} SOURCES)
  if(NOT sources)
    return()
  endif()
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE $<$<COMPILE_LANGUAGE:C>:<ntio_prelude.h>>
                              $<$<COMPILE_LANGUAGE:C>:${header}>)
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
  foreach(source ${sources})
    if(NOT source MATCHES "\\.c$")
      continue()
    endif()
    file(STRINGS ${source} alone REGEX "initguid\\.h|INITGUID")
    if(alone)
      set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES
        SKIP_PRECOMPILE_HEADERS ON COMPILE_OPTIONS "-include;ntio_prelude.h")
    endif()
  endforeach()
endfunction()

function(ntio_room name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c
       ${CMAKE_SOURCE_DIR}/src/${name}/*.S)
  if(NOT sources)
    add_library(room_${name} INTERFACE)
    return()
  endif()
  add_library(room_${name} OBJECT ${sources})
  # Nothing gets between a room's functions: see -Bsymbolic-functions in CMakeLists.txt.
  target_compile_options(room_${name} PRIVATE ${NTIO_WARNINGS} ${NTIO_COMMON} -fno-semantic-interposition ${ARGN})
endfunction()

function(ntio_hal_room name)
  ntio_room(${name} -D_GNU_SOURCE)
  target_link_libraries(room_${name} PRIVATE PkgConfig::LIBDW)
endfunction()

function(ntio_kernel_room name)
  ntio_room(${name} $<$<COMPILE_LANGUAGE:C>:${NTIO_KERNEL_OPTIONS}>)
  if(name STREQUAL "wdf")
    ntio_nt_headers(room_wdf "${CMAKE_SOURCE_DIR}/src/wdf/object.h" room_wdf)
  else()
    ntio_nt_headers(room_${name} <ntifs.h> room_rtl)
  endif()
endfunction()

# A static library of run time functions in the NT flavour; hidden when linked
# into a driver or program, so that no other library of the process sees them.
# Further sources, of other folders, may follow.
function(ntio_crt_library name folder)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${folder}/*.c)
  if(NOT sources)
    return()
  endif()
  foreach(source ${ARGN})
    list(APPEND sources ${CMAKE_SOURCE_DIR}/${source})
  endforeach()
  add_library(${name} STATIC ${sources})
  target_compile_options(${name} PRIVATE ${NTIO_WARNINGS} ${NTIO_COMMON} ${NTIO_NT_OPTIONS}
                                         ${NTIO_PRELUDE} -fno-builtin -fvisibility=hidden)
endfunction()
