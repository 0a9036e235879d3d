using System.Runtime.InteropServices;

namespace Bartizan.Sandbox.Seccomp;

/// <summary>One instruction of classic BPF (struct sock_filter).</summary>
/// <param name="Code">What to do.</param>
/// <param name="IfTrue">Instructions to skip when a comparison holds.</param>
/// <param name="IfFalse">Instructions to skip when it does not.</param>
/// <param name="Operand">The constant.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct BpfInstruction(ushort Code, byte IfTrue, byte IfFalse, uint Operand)
{
    /// <summary>Loads the 32-bit word at a fixed offset of struct seccomp_data.</summary>
    public const ushort Load = 0x20;

    /// <summary>Keeps the bits of the operand.</summary>
    public const ushort And = 0x54;

    /// <summary>Skips ahead.</summary>
    public const ushort Jump = 0x05;

    /// <summary>Compares for equality.</summary>
    public const ushort JumpIfEqual = 0x15;

    /// <summary>Compares for at least.</summary>
    public const ushort JumpIfAtLeast = 0x35;

    /// <summary>Tests for any common bit.</summary>
    public const ushort JumpIfAnyBit = 0x45;

    /// <summary>Ends with a verdict.</summary>
    public const ushort Return = 0x06;
}
