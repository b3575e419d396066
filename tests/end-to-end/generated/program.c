/*
 * What the headers of MOF classes define, as the kit's own do.
 */
#include <windows.h>
#include <initguid.h>
#include <stdio.h>
#include <MachineMof.h>

#define CHECK(condition)                                                                           \
    ((condition) ? (void)0 : (wrong++, (void)printf("wrong: %s\n", #condition)))

int main(void)
{
    static const GUID control = MachineControlGuid;
    int wrong = 0;

    CHECK(MachineInformation_GUID.Data1 == 0x3F3CD6A8);
    CHECK(MachineInformation_GUID.Data4[7] == 0x12);
    CHECK(IsEqualGUID(&control, &MachineControl_GUID));
    CHECK(FIELD_OFFSET(MachineInformation, State) == 0);
    CHECK(FIELD_OFFSET(MachineInformation, Speed) == 4);
    CHECK(FIELD_OFFSET(MachineInformation, Serial) == 6);
    CHECK(MachineInformation_Serial_SIZE == 4);
    CHECK(MachineInformation_Made_SIZE == 50);
    CHECK(FIELD_OFFSET(MachineInformation, VariableData) == 60);
    CHECK(MachineInformation_Model_ID == 5 && MachineInformation_Behind_ID == 6);
    CHECK(MachineOff == 0 && MachineOn == 1);
    CHECK(MachineControl_SIZE == 4 && MachineControl_Value_ID == 1);
    CHECK(TurnMachine == 7);
    CHECK(TurnMachine_IN_SIZE == 4 && TurnMachine_OUT_SIZE == 4);
    CHECK(sizeof(((PMachineArrived)0)->Numbers) == 2 && MachineArrived_Numbers_ID == 2);
    printf("%d wrong\n", wrong);
    return wrong;
}
