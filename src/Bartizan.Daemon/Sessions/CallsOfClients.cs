using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Daemon.Sessions;

/// <summary>
/// Where a client's tool calls are decided before it carries them out. They are where the manifest itself has rules for commands:
/// those have no other enforcement point, while files are held by the view and servers by the tool gateway whatever a client does. A
/// client with hooks is made to ask by them, and from the first time that it does it is left to them, so that nobody is asked twice; of
/// any other, and of one that only says that it has hooks, the model's answer is read.
/// </summary>
internal static class CallsOfClients
{
    private const string WithHooks = "claude-code";

    /// <summary>True when the calls of an agent's client are decided at all.</summary>
    public static bool AreDecided(Manifest manifest) =>
        manifest.Layers.Any(layer => !layer.IsCeiling && layer.Rules.Any(rule => rule.Verb == Verb.Exec));

    /// <summary>True for a client that asks by hooks of its own, once they are installed.</summary>
    public static bool HasHooks(string client) => client == WithHooks;

    /// <summary>The client whose calls are decided in the model's answer as long as none of its hooks has asked; null for none.</summary>
    public static string? InAnswersOf(Manifest manifest) =>
        AreDecided(manifest) ? (manifest.Run ?? new RunSection()).Client : null;
}
