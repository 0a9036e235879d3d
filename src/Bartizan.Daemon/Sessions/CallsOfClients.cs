using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Sessions;

/// <summary>
/// Where a client's tool calls are decided before it carries them out. They are where the manifest itself has rules for commands:
/// those have no other enforcement point, while files are held by the view and servers by the tool gateway whatever a client does. A
/// client with hooks is made to ask by them; of any other the model's answer is read. Never both, so that nobody is asked twice.
/// </summary>
internal static class CallsOfClients
{
    private const string WithHooks = "claude-code";

    /// <summary>True when the calls of an agent's client are decided at all.</summary>
    public static bool AreDecided(Manifest manifest) =>
        manifest.Layers.Any(layer => !layer.IsCeiling && layer.Rules.Any(rule => rule.Verb == Verb.Exec));

    /// <summary>The client whose calls are decided in the model's answer; null for none.</summary>
    public static string? InAnswersOf(Manifest manifest)
    {
        var client = (manifest.Run ?? new RunSection()).Client;
        return AreDecided(manifest) && client != WithHooks ? client : null;
    }
}
