/*
 * Asks the machine of driver.c through WMI, with the structures of its classes.
 */
#include <windows.h>
#include <initguid.h>
#include <wmium.h>
#include <stdio.h>
#include <MachineMof.h>

DEFINE_GUID(NoSuchClass, 0x7c2f3a10, 0x51b6, 0x4c55, 0x9a, 0x0e, 0, 0, 0, 0, 0, 0);

static ULONG Checks, Wrong;

static void Check(int Right, const char *What)
{
    Checks++;
    Wrong += !Right;
    if (!Right)
        printf("wrong: %s\n", What);
}

static WMIHANDLE Open(const GUID *Class)
{
    WMIHANDLE block = NULL;

    Check(WmiOpenBlock(Class, WMIGUID_QUERY, &block) == ERROR_SUCCESS, "a class opens");
    return block;
}

static void TestInformation(void)
{
    UCHAR buffer[512], small[sizeof(WNODE_TOO_SMALL)];
    ULONG size = 0, needed;
    PWNODE_ALL_DATA all = (PWNODE_ALL_DATA)buffer;
    PMachineInformation information;
    WMIHANDLE block = Open(&MachineInformation_GUID);

    Check(WmiQueryAllDataW(block, &size, NULL) == ERROR_INSUFFICIENT_BUFFER && size > sizeof(*all),
          "no room: the size is told");
    needed = size;
    size = sizeof(small);
    Check(WmiQueryAllDataW(block, &size, small) == ERROR_INSUFFICIENT_BUFFER && size == needed,
          "little room: too");
    size = needed - 1;
    Check(WmiQueryAllDataW(block, &size, buffer) == ERROR_INSUFFICIENT_BUFFER && size == needed,
          "a byte less");
    size = needed;
    Check(WmiQueryAllDataW(block, &size, buffer) == ERROR_SUCCESS && size == needed, "all of it");
    Check(IsEqualGUID(&all->WnodeHeader.Guid, &MachineInformation_GUID) &&
              (all->WnodeHeader.Flags & WNODE_FLAG_ALL_DATA) && all->InstanceCount == 1 &&
              !all->WnodeHeader.Linkage,
          "one machine");
    information = (PMachineInformation)(buffer + all->DataBlockOffset);
    Check(information->State == 5 && information->Speed == 60, "its data");
    Check(WmiSetSingleInstanceW(block, L"ROOT\\SYSTEM\\0000_0", 0, sizeof(*information),
                                information) != ERROR_SUCCESS,
          "it is not for writing");
    WmiCloseBlock(block);
}

static LONG ValueOf(WMIHANDLE Block, PCWSTR Name, LONG *Limit)
{
    UCHAR buffer[512];
    ULONG size = sizeof(buffer);
    PWNODE_SINGLE_INSTANCE wnode = (PWNODE_SINGLE_INSTANCE)buffer;
    PMachineControl control;

    if (WmiQuerySingleInstanceW(Block, Name, &size, buffer) != ERROR_SUCCESS ||
        wnode->SizeDataBlock != MachineControl_SIZE)
        return -1;
    control = (PMachineControl)(buffer + wnode->DataBlockOffset);
    *Limit = control->Limit;
    return control->Value;
}

static void TestControl(void)
{
    static const WCHAR first[] = L"ROOT\\SYSTEM\\0000_0", second[] = L"root\\system\\0000_1";
    MachineControl control = {.Value = 3, .Limit = 4};
    WMIHANDLE block = Open(&MachineControl_GUID);
    UCHAR buffer[512];
    ULONG size = sizeof(buffer);
    LONG limit;

    Check(ValueOf(block, first, &limit) == 10 && ValueOf(block, second, &limit) == 20, "two");
    Check(WmiQuerySingleInstanceW(block, L"ROOT\\SYSTEM\\0000_2", &size, buffer) ==
              ERROR_WMI_INSTANCE_NOT_FOUND,
          "there is no third");
    Check(WmiSetSingleInstanceW(block, second, 0, MachineControl_SIZE, &control) == ERROR_SUCCESS &&
              ValueOf(block, second, &limit) == 3 && limit == 4 &&
              ValueOf(block, first, &limit) == 10 && !limit,
          "one is set");
    Check(WmiSetSingleInstanceW(block, first, 0, MachineControl_SIZE - 1, &control) !=
                  ERROR_SUCCESS &&
              ValueOf(block, first, &limit) == 10,
          "a block that is too short is refused");
    Check(WmiSetSingleItemW(block, first, MachineControl_Value_ID, 0, sizeof(LONG),
                            &control.Value) == ERROR_SUCCESS &&
              ValueOf(block, first, &limit) == 3,
          "an item is set");
    Check(WmiSetSingleItemW(block, first, MachineControl_Limit_ID, 0, sizeof(LONG),
                            &control.Limit) == ERROR_WMI_READ_ONLY,
          "an item that the driver refuses");
    WmiCloseBlock(block);
}

static void TestMethod(void)
{
    static const WCHAR name[] = L"ROOT\\SYSTEM\\0000_1";
    WMIHANDLE block = Open(&MachineControl_GUID);
    TurnMachine_IN in = {.Angle = 39};
    TurnMachine_OUT out = {0};
    ULONG size = 0;

    Check(WmiExecuteMethodW(block, name, TurnMachine, sizeof(in), &in, &size, NULL) ==
                  ERROR_INSUFFICIENT_BUFFER &&
              size == sizeof(out),
          "no room for the result");
    size = sizeof(out);
    Check(WmiExecuteMethodW(block, name, TurnMachine + 1, sizeof(in), &in, &size, &out) ==
              ERROR_WMI_ITEMID_NOT_FOUND,
          "no such method");
    size = sizeof(out);
    Check(WmiExecuteMethodW(block, name, TurnMachine, sizeof(in), &in, &size, &out) ==
                  ERROR_SUCCESS &&
              size == sizeof(out),
          "a method");
    printf("reached %lu\n", out.Reached);
    WmiCloseBlock(block);
}

int main(void)
{
    WMIHANDLE block;

    Check(WmiOpenBlock(&NoSuchClass, WMIGUID_QUERY, &block) == ERROR_WMI_GUID_NOT_FOUND,
          "a class that nobody has");
    TestInformation();
    TestControl();
    TestMethod();
    printf("%lu checks, %lu wrong\n", Checks, Wrong);
    return Wrong != 0;
}
