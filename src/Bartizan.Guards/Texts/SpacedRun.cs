using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>A run of letters with a gap after each: where it begins and how long it is, and whether wider gaps part words in it.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SpacedRun(int Start, int Length, bool HasWords);
