namespace Bartizan.Core.Enforcement;

/// <summary>A verdict on one chunk, and the bytes to pass on.</summary>
public readonly record struct Inspection(InspectionVerdict Verdict, ReadOnlyMemory<byte> Bytes);
