using System.Collections.Immutable;

namespace Bartizan.Sandbox.Clients;

/// <summary>A client profile made out for one session.</summary>
/// <param name="Variables">The profile's variables.</param>
/// <param name="Files">The generated files.</param>
/// <param name="TokenVariables">Names of the variables that hold the session token, so that nobody prints them.</param>
/// <param name="Reserved">
/// Names that a manifest can't set, beside those of <paramref name="Variables"/>: they would lead the client past the
/// gateways.
/// </param>
public sealed record ClientSetup(
    ImmutableDictionary<string, string> Variables,
    ImmutableArray<ClientFile> Files,
    ImmutableArray<string> TokenVariables,
    ImmutableArray<string> Reserved
)
{
    /// <summary>
    /// The variables of the agent's process: the manifest's, under the profile's. Those of the manifest that the profile keeps for
    /// itself are dropped and named.
    /// </summary>
    public ImmutableDictionary<string, string> Over(
        ImmutableDictionary<string, string> manifest,
        out ImmutableArray<string> dropped
    )
    {
        ArgumentNullException.ThrowIfNull(manifest);
        dropped =
        [
            .. manifest
                .Keys.Where(name => Reserved.Contains(name) || Variables.ContainsKey(name))
                .Order(StringComparer.Ordinal),
        ];
        return manifest.RemoveRange(dropped).SetItems(Variables);
    }
}
