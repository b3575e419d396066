# An installed ntio: the command, the libraries, the headers, and what other
# builds need to find and use them.

include(CMakePackageConfigHelpers)

set(NTIO_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/ntio)

install(TARGETS ntio-command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ntio-kernel RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS ntio-host RUNTIME DESTINATION ${CMAKE_INSTALL_LIBDIR}/ntio)
# The library that programs of another process find in libntio's place: see ntio exec.
install(TARGETS ntio_client LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/ntio/served NAMELINK_SKIP)
configure_file(packaging/systemd/ntio.service.in ${CMAKE_BINARY_DIR}/systemd/ntio.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/systemd/ntio.service packaging/systemd/ntio.socket
        DESTINATION lib/systemd/system)
install(FILES packaging/systemd/kernel.conf DESTINATION ${CMAKE_INSTALL_DOCDIR})
foreach(library ntio ntio_win32 ntio_crt ntio_kmdf ntio_umdf ntio_kernel ntio_program ntio_startup ntio_show)
  if(TARGET ${library})
    install(TARGETS ${library} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
            ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  endif()
endforeach()
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ntio FILES_MATCHING PATTERN *.h)
if(EXISTS ${CMAKE_SOURCE_DIR}/docs/man)
  install(DIRECTORY docs/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 FILES_MATCHING PATTERN *.1)
endif()

configure_package_config_file(cmake/ntioConfig.cmake.in ${CMAKE_BINARY_DIR}/ntioConfig.cmake
                              INSTALL_DESTINATION ${NTIO_PACKAGE_DIR}
                              PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR
                                        CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/ntioConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/ntioConfig.cmake ${CMAKE_BINARY_DIR}/ntioConfigVersion.cmake
              cmake/ntioTargets.cmake
        DESTINATION ${NTIO_PACKAGE_DIR})

configure_file(cmake/ntio.pc.in ${CMAKE_BINARY_DIR}/ntio.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/ntio.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
