using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>Letters with gaps between them. A length of nothing is none.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SpacedRun(int Start, int Length);
