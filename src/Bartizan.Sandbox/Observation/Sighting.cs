using System.Collections.Immutable;

namespace Bartizan.Sandbox.Observation;

/// <summary>
/// One thing that was seen inside a sandbox, from outside: what a process asked the kernel for, in its own words. Whether the kernel
/// then did it isn't told, and a thread can change a name after it was read here.
/// </summary>
public sealed record Sighting
{
    /// <summary>What.</summary>
    public required SightingKind Kind { get; init; }

    /// <summary>
    /// Where the name led at that moment; as it was said where it led nowhere. Bytes that are no UTF-8 stand as <c>\xNN</c>.
    /// </summary>
    public string Path { get; init; } = "";

    /// <summary>Of a program: the name that the process said.</summary>
    public string Said { get; init; } = "";

    /// <summary>Of a program: its arguments, the first of them its name; those that fit.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>True at the end, for what was told of before.</summary>
    public bool IsAgain { get; init; }

    /// <summary>How often: 1 for the first time, then at the end the others together. Of the last one: calls that did nothing.</summary>
    public long Count { get; init; }

    /// <summary>Of a program: the process, by its number on the host.</summary>
    public int Process { get; init; }

    /// <summary>Of a program: the process's parent.</summary>
    public int Parent { get; init; }

    /// <summary>Of <see cref="SightingKind.Lost"/> and <see cref="SightingKind.End"/>: the numbers.</summary>
    public SightingSums Sums { get; init; }
}
