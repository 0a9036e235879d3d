using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Oci;

/// <summary>What <c>/proc</c> says from outside about one process of a container.</summary>
internal sealed record ProcessFacts
{
    /// <summary>The lines of <c>status</c>, by name; numbers in a line stand one space apart.</summary>
    public required ImmutableDictionary<string, string> Status { get; init; }

    /// <summary>True when it runs the helper: the very file that lies beside this program.</summary>
    public required bool IsHelper { get; init; }

    /// <summary><c>uid_map</c>, its lines in order, numbers one space apart.</summary>
    public required ImmutableArray<string> Users { get; init; }

    /// <summary><c>gid_map</c>, likewise.</summary>
    public required ImmutableArray<string> Groups { get; init; }

    /// <summary>Those of its namespaces that aren't the daemon's.</summary>
    public required ImmutableArray<string> Namespaces { get; init; }

    /// <summary>A line of <c>status</c>; empty when there is none.</summary>
    public string this[string name] => Status.GetValueOrDefault(name, "");

    /// <summary>Reads them.</summary>
    /// <exception cref="IOException">When it is gone.</exception>
    public static ProcessFacts Read(int process)
    {
        var place = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}");
        return new ProcessFacts
        {
            Status = StatusOf(File.ReadAllLines($"{place}/status")),
            // The link leads to what it runs, also where that has no name here.
            IsHelper = NodeNumber.Of($"{place}/exe") == NodeNumber.Of(HelperBinary.Path),
            Users = [.. File.ReadAllLines($"{place}/uid_map").Select(Single)],
            Groups = [.. File.ReadAllLines($"{place}/gid_map").Select(Single)],
            Namespaces = [.. ProcessFamily.SeparateNamespaces(process)],
        };
    }

    /// <summary>Reads the lines of a <c>status</c>.</summary>
    public static ImmutableDictionary<string, string> StatusOf(IEnumerable<string> lines) =>
        lines
            .Select(static line => (Line: line, At: line.IndexOf(':', StringComparison.Ordinal)))
            .Where(static one => one.At > 0)
            .ToImmutableDictionary(
                static one => one.Line[..one.At],
                static one => Single(one.Line[(one.At + 1)..]),
                StringComparer.Ordinal
            );

    private static string Single(string text) =>
        string.Join(' ', text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries));
}
