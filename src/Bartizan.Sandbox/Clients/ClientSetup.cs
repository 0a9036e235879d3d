using System.Collections.Immutable;

namespace Bartizan.Sandbox.Clients;

/// <summary>A client profile made out for one session.</summary>
/// <param name="Variables">The variables; they win over everything but the manifest can't name these.</param>
/// <param name="Files">The generated files.</param>
/// <param name="TokenVariables">Names of the variables that hold the session token, so that no one prints them.</param>
public sealed record ClientSetup(
    ImmutableDictionary<string, string> Variables,
    ImmutableArray<ClientFile> Files,
    ImmutableArray<string> TokenVariables
);
