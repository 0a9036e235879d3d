using System.Text;

namespace Bartizan.Core.Conditions;

/// <summary>One step from a value to a part of it: a member of an object by name, or an item of a list by number.</summary>
public sealed class PathStep
{
    private readonly byte[] _utf8;

    private PathStep(string? name, int index)
    {
        Name = name;
        Index = index;
        _utf8 = name is null ? [] : Encoding.UTF8.GetBytes(name);
        IsAscii = Ascii.IsValid(_utf8);
    }

    /// <summary>The member's name; null for an item.</summary>
    public string? Name { get; }

    /// <summary>The item's number, from 0.</summary>
    public int Index { get; }

    internal ReadOnlySpan<byte> Utf8 => _utf8;

    internal bool IsAscii { get; }

    /// <summary>A step to a member.</summary>
    public static PathStep To(string name) => new(name, 0);

    /// <summary>A step to an item.</summary>
    public static PathStep To(int index) => new(null, index);
}
