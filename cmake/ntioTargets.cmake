# What a project that found ntio has: the library ntio::ntio for embedding, and
# two functions that build Windows sources.

if(NOT TARGET ntio::ntio)
  add_library(ntio::ntio SHARED IMPORTED)
  set_target_properties(ntio::ntio PROPERTIES IMPORTED_LOCATION "${NTIO_LIBRARY_DIR}/libntio.so"
                                              INTERFACE_INCLUDE_DIRECTORIES "${NTIO_INCLUDE_DIR}")
endif()

# Sources, or one .vcxproj. What it includes is not known to CMake, so the
# product is also made anew when a header in the sources' folders changes.
function(_ntio_add_product name product options)
  # A folder of its own: a program has its target's name.
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/ntio)
  set(inputs)
  set(headers)
  foreach(source ${ARGN})
    get_filename_component(path ${source} ABSOLUTE)
    get_filename_component(beside ${path} DIRECTORY)
    file(GLOB found CONFIGURE_DEPENDS ${beside}/*.h ${beside}/*.c)
    list(APPEND inputs ${path})
    list(APPEND headers ${found})
  endforeach()
  add_custom_command(
    OUTPUT ${folder}/${product}
    COMMAND ${NTIO_COMMAND} build ${options} --output ${folder} --name ${name} ${inputs}
    DEPENDS ${inputs} ${headers}
    VERBATIM)
  add_custom_target(${name} ALL DEPENDS ${folder}/${product})
  set_target_properties(${name} PROPERTIES NTIO_PRODUCT ${folder}/${product})
endfunction()

# ntio_add_driver(name [UMDF] source.c... | project.vcxproj): a driver name.so; plain
# sources are a kernel driver's without UMDF. Its path is the target's property NTIO_PRODUCT.
function(ntio_add_driver name)
  cmake_parse_arguments(PARSE_ARGV 1 driver UMDF "" "")
  set(options)
  if(driver_UMDF)
    set(options --umdf)
  endif()
  _ntio_add_product(${name} ${name}.so "${options}" ${driver_UNPARSED_ARGUMENTS})
endfunction()

# ntio_add_program(name source.c... | project.vcxproj): a Windows program as an
# executable called name.
function(ntio_add_program name)
  _ntio_add_product(${name} ${name} "" ${ARGN})
endfunction()
