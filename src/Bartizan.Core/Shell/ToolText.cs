using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>A client's tools as their file has them.</summary>
internal sealed record ToolText
{
    /// <summary>
    /// By name: what it is, and the arguments that say of what. <c>exec</c> takes a script or an argv, then the argument of its
    /// directory; <c>?</c> marks a path that may be left out.
    /// </summary>
    public required ImmutableDictionary<string, string> Tools { get; init; }

    /// <summary>How the names of a server's tools are put together.</summary>
    public required ImmutableArray<string> Patterns { get; init; }

    /// <summary>True when a call may name the server in a field of its own.</summary>
    public bool Namespaces { get; init; }
}
