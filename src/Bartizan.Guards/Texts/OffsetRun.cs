using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>
/// A stretch of a view and the stretch that it was made of. Of one length: place by place; else any place of the one stands for all
/// of the other.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OffsetRun(int Start, int Length, int Origin, int OriginLength);
