/*
 * Project files as they are found in the wild: odd spellings of sources,
 * metadata that adds up, what is said of the kind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tool/project.h"

static char folder[] = "/tmp/ntio-project-XXXXXX";

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_files(void **state)
{
    char path[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/sys", folder);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/Inc", folder);
    mkdir(path, 0777);
    write_file("sys/Main.C", "");
    write_file("sys/second.c", "");
    write_file("shared.c", "");
    write_file("sys/driver.inx", "");
    write_file(
        "sys/driver.vcxproj",
        "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
        "<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\">\n"
        "<PropertyGroup Label=\"Globals\">\n"
        "<Configuration Condition=\"'$(Configuration)'==''\">Release</Configuration>\n"
        "</PropertyGroup>\n"
        "<PropertyGroup Condition=\"'$(Configuration)|$(Platform)'=='Debug|x64'\">\n"
        "<DriverType>WDM</DriverType><ConfigurationType>Driver</ConfigurationType>\n"
        "<TargetName>$(MSBuildProjectName)x</TargetName></PropertyGroup>\n"
        "<Import Project=\"$(VCTargetsPath)\\x.props\"/>\n"
        "<ItemDefinitionGroup><ClCompile>\n"
        "<PreprocessorDefinitions>A;B=1</PreprocessorDefinitions>\n"
        "<AdditionalIncludeDirectories>..\\inc;$(DDK_INC_PATH);no\\such;."
        "</AdditionalIncludeDirectories></ClCompile></ItemDefinitionGroup>\n"
        "<ItemDefinitionGroup><ClCompile>\n"
        "<PreprocessorDefinitions>%(PreprocessorDefinitions);/wd4200; C "
        "</PreprocessorDefinitions>\n"
        "</ClCompile></ItemDefinitionGroup>\n"
        "<ItemGroup Label=\"WrappedTaskItems\">\n"
        "<ClCompile Include=\"main.c; ..\\shared.c\">"
        "<PreprocessorDefinitions>%(PreprocessorDefinitions);ONLY</PreprocessorDefinitions>"
        "</ClCompile>\n"
        "<ClCompile Include=\"second.c\"><ExcludedFromBuild>true</ExcludedFromBuild></ClCompile>\n"
        "<Inf Include=\"*.inx\"/><Inf Exclude=\"@(Inf)\" Include=\"*.inf\"/>\n"
        "</ItemGroup></Project>\n");
    return 0;
}

static int remove_files(void **state)
{
    char command[160];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void reads_it_all(void **state)
{
    struct project project;
    char path[128], expected[128];
    (void)state;
    snprintf(path, sizeof path, "%s/sys/driver.vcxproj", folder);
    project_read(&project, path, "Debug|x64");
    assert_int_equal(project.kind, PROJECT_DRIVER);
    assert_string_equal(project.model, "WDM");
    assert_string_equal(project.target, "driverx");
    assert_true(project.is_debug);

    assert_int_equal(project.source_count, 2);
    snprintf(expected, sizeof expected, "%s/sys/Main.C", folder);
    assert_string_equal(project.sources[0].path, expected);
    assert_string_equal(path_base(project.sources[1].path), "shared.c");
    assert_int_equal(project.sources[0].defines.count, 1);
    assert_string_equal(project.sources[0].defines.items[0], "ONLY");

    assert_int_equal(project.defines.count, 3);
    assert_string_equal(project.defines.items[0], "A");
    assert_string_equal(project.defines.items[1], "B=1");
    assert_string_equal(project.defines.items[2], "C");

    assert_int_equal(project.includes.count, 2);
    assert_non_null(strstr(project.includes.items[0], "/Inc"));
    assert_int_equal(project.infs.count, 1);
    project_free(&project);
}

static void sources_alone(void **state)
{
    struct text_list sources = {0};
    struct project project;
    char path[128];
    (void)state;
    write_file("entry.c", "NTSTATUS DriverEntry(PDRIVER_OBJECT d, PUNICODE_STRING p)\n");
    write_file("app.c", "int main(void) { return 0; }\n");
    snprintf(path, sizeof path, "%s/app.c", folder);
    text_list_add(&sources, path);
    project_from_sources(&project, &sources, false);
    assert_int_equal(project.kind, PROJECT_PROGRAM);
    assert_string_equal(project.target, "app");
    project_free(&project);
    snprintf(path, sizeof path, "%s/entry.c", folder);
    text_list_add(&sources, path);
    project_from_sources(&project, &sources, false);
    assert_int_equal(project.kind, PROJECT_DRIVER);
    assert_false(project.is_user);
    project_free(&project);
    project_from_sources(&project, &sources, true);
    assert_string_equal(project.model, "UMDF");
    assert_true(project.is_user);
    assert_true(text_list_has(&project.defines, "UMDF_VERSION_MAJOR=2"));
    project_free(&project);
    text_list_free(&sources);
}

/* Of a UMDF driver nothing may be left but the version, or the toolset, or the type. */
static void umdf_drivers(void **state)
{
    static const char *const tells[] = {
        "<UMDF_VERSION_MAJOR>2</UMDF_VERSION_MAJOR><UMDF_VERSION_MINOR>15</UMDF_VERSION_MINOR>",
        "<PlatformToolset>WindowsUserModeDriver10.0</PlatformToolset>",
        "<DriverType>UMDF</DriverType>",
    };
    struct project project;
    char path[128], text[1024];
    (void)state;
    write_file("um.c", "");
    snprintf(path, sizeof path, "%s/um.vcxproj", folder);
    for (size_t i = 0; i < sizeof tells / sizeof *tells; i++) {
        snprintf(text, sizeof text,
                 "<Project><PropertyGroup>%s<ConfigurationType>DynamicLibrary</ConfigurationType>"
                 "</PropertyGroup><ItemGroup><ClCompile Include=\"um.c\"/></ItemGroup></Project>",
                 tells[i]);
        write_file("um.vcxproj", text);
        project_read(&project, path, "Debug|x64");
        assert_int_equal(project.kind, PROJECT_DRIVER);
        assert_string_equal(project.model, "UMDF");
        assert_true(project.is_user);
        assert_true(text_list_has(&project.defines, "UMDF_VERSION_MAJOR=2"));
        assert_true(
            text_list_has(&project.defines, i ? "UMDF_VERSION_MINOR=33" : "UMDF_VERSION_MINOR=15"));
        project_free(&project);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_it_all),
        cmocka_unit_test(sources_alone),
        cmocka_unit_test(umdf_drivers),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
