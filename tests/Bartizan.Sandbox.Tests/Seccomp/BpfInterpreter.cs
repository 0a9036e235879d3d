using Bartizan.Sandbox.Seccomp;

namespace Bartizan.Sandbox.Tests.Seccomp;

/// <summary>Runs a seccomp program as the kernel would: the specification that the compiled filter is held to.</summary>
internal static class BpfInterpreter
{
    public static uint Run(
        ReadOnlySpan<BpfInstruction> program,
        uint architecture,
        uint number,
        params ulong[] arguments
    )
    {
        uint accumulator = 0;
        for (var at = 0; at < program.Length; at++)
        {
            var (code, ifTrue, ifFalse, operand) = program[at];
            switch (code)
            {
                case BpfInstruction.Load:
                    accumulator = Word(operand, architecture, number, arguments);
                    break;
                case BpfInstruction.And:
                    accumulator &= operand;
                    break;
                case BpfInstruction.Jump:
                    at += (int)operand;
                    break;
                case BpfInstruction.JumpIfEqual:
                    at += accumulator == operand ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.JumpIfAtLeast:
                    at += accumulator >= operand ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.JumpIfAnyBit:
                    at += (accumulator & operand) != 0 ? ifTrue : ifFalse;
                    break;
                case BpfInstruction.Return:
                    return operand;
                default:
                    throw new InvalidOperationException($"instruction {at} has the unknown code {code}");
            }
        }

        throw new InvalidOperationException("the program ends without a verdict");
    }

    // struct seccomp_data: number, architecture, instruction pointer, six arguments; little-endian.
    private static uint Word(uint offset, uint architecture, uint number, ulong[] arguments)
    {
        if (offset < 16)
        {
            return offset switch
            {
                0 => number,
                4 => architecture,
                _ => 0,
            };
        }

        var index = (int)(offset - 16) / 8;
        var argument = index < arguments.Length ? arguments[index] : 0;
        return (uint)(offset % 8 == 0 ? argument : argument >> 32);
    }
}
