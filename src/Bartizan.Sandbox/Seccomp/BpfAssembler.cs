using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Seccomp;

/// <summary>Puts BPF instructions together with labels instead of counted jumps.</summary>
internal sealed class BpfAssembler
{
    /// <summary>The label of the instruction that follows.</summary>
    public const string Next = "";

    private readonly List<(ushort Code, uint Operand, string IfTrue, string IfFalse)> _lines = [];
    private readonly Dictionary<string, int> _labels = [];

    /// <summary>Names the next instruction.</summary>
    public void Label(string name) => _labels.Add(name, _lines.Count);

    /// <summary>Loads a word of struct seccomp_data.</summary>
    public void Load(uint offset) => _lines.Add((BpfInstruction.Load, offset, Next, Next));

    /// <summary>Keeps some bits.</summary>
    public void And(uint bits) => _lines.Add((BpfInstruction.And, bits, Next, Next));

    /// <summary>Jumps by a comparison.</summary>
    public void Test(ushort comparison, uint operand, string ifTrue, string ifFalse) =>
        _lines.Add((comparison, operand, ifTrue, ifFalse));

    /// <summary>Jumps.</summary>
    public void Jump(string label) => _lines.Add((BpfInstruction.Jump, 0, label, label));

    /// <summary>Ends.</summary>
    public void Return(uint verdict) => _lines.Add((BpfInstruction.Return, verdict, Next, Next));

    /// <summary>Resolves the labels.</summary>
    public BpfInstruction[] Assemble()
    {
        var program = new BpfInstruction[_lines.Count];
        for (var at = 0; at < program.Length; at++)
        {
            var (code, operand, ifTrue, ifFalse) = _lines[at];
            program[at] =
                code == BpfInstruction.Jump
                    ? new BpfInstruction(code, 0, 0, (uint)Distance(at, ifTrue))
                    : new BpfInstruction(
                        code,
                        checked((byte)Distance(at, ifTrue)),
                        checked((byte)Distance(at, ifFalse)),
                        operand
                    );
        }

        return program;
    }

    /// <summary>The program as the kernel reads it.</summary>
    public static byte[] ToBytes(ReadOnlySpan<BpfInstruction> program) => MemoryMarshal.AsBytes(program).ToArray();

    private int Distance(int from, string label)
    {
        var distance = label.Length == 0 ? 0 : _labels[label] - from - 1;
        return distance >= 0 ? distance : throw new InvalidOperationException("BPF only jumps ahead");
    }
}
