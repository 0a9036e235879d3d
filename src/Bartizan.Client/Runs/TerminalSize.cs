namespace Bartizan.Client.Runs;

/// <summary>A terminal's size in characters.</summary>
public sealed record TerminalSize(ushort Columns, ushort Rows);
