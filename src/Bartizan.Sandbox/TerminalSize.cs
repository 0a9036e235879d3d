using System.Runtime.InteropServices;

namespace Bartizan.Sandbox;

/// <summary>The size of a terminal in characters.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TerminalSize(ushort Columns, ushort Rows);
