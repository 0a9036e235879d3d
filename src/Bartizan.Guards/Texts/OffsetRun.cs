using System.Runtime.InteropServices;

namespace Bartizan.Guards.Texts;

/// <summary>
/// A stretch of a view and the stretch that it was made of. Of one length: place by place; <see cref="EverySecond"/>: from every second
/// place; below that: place by place, but for the last, which stands for all the rest; else any place of the one stands for all of the
/// other.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct OffsetRun(int Start, int Length, int Origin, int OriginLength)
{
    /// <summary>In place of a length: what it was made of has a gap after each place.</summary>
    public const int EverySecond = -1;

    /// <summary>A stretch that was taken as it is, and one character after it that stands for two or more.</summary>
    public static OffsetRun WithLast(int start, int length, int origin, int lastLength) =>
        new(start, length + 1, origin, -(length + lastLength));

    /// <summary>Where in the original a place begins.</summary>
    public int From(int place)
    {
        var within = Math.Clamp(place - Start, 0, Length);
        return OriginLength == EverySecond ? Origin + Math.Min(2 * within, (2 * Length) - 1)
            : OriginLength == Length ? Origin + within
            : OriginLength < EverySecond ? Origin + Math.Min(within, Length - 1)
            : Origin;
    }

    /// <summary>Where in the original what ends at a place ends.</summary>
    public int To(int place)
    {
        var within = Math.Clamp(place - Start, 0, Length);
        return OriginLength == EverySecond ? Origin + (2 * within) - 1
            : OriginLength == Length ? Origin + within
            : OriginLength < EverySecond ? Origin + (within == Length ? -OriginLength : within)
            : Origin + OriginLength;
    }

    /// <summary>Where in the original nothing ends that stands at a place.</summary>
    public int ToOfNothing(int place) =>
        OriginLength == EverySecond ? From(place)
        : OriginLength < EverySecond && place - Start == Length - 1 ? To(place + 1)
        : To(place);
}
