using System.Collections.Immutable;

namespace Bartizan.Sandbox.Programs;

/// <summary>What a person typed, and where.</summary>
public sealed record ProgramQuery
{
    /// <summary>The first word of the command.</summary>
    public required string Name { get; init; }

    /// <summary>The words after it: <c>node tool.js</c> and <c>dotnet app.dll</c> need the file as well.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>The person's PATH, as it was where they typed it.</summary>
    public required string SearchPath { get; init; }

    /// <summary>The person's working directory.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The person's DOTNET_ROOT, when set.</summary>
    public string DotnetRoot { get; init; } = "";

    /// <summary>The workspace: seen inside at its own place, so nothing of it is mounted here.</summary>
    public string Workspace { get; init; } = "";

    /// <summary>
    /// The workspace on the host where another than that, or none, is seen inside: no mount may be it or contain it. A program may lie
    /// in it all the same.
    /// </summary>
    public string HostWorkspace { get; init; } = "";

    /// <summary>Folders that no mount may contain or lie in: the state directory.</summary>
    public ImmutableArray<string> Never { get; init; } = [];
}
