namespace Bartizan.Core.Manifests;

/// <summary>What may stand under <c>credentials:</c>.</summary>
internal static partial class ManifestShape
{
    private static Shape.Text CredentialSource =>
        new("`vault:PATH`, `env:NAME` or `file:PATH`")
        {
            Expression = "^(env|file|vault):.+",
            Private = true,
            Problem = CredentialProblem,
        };

    private static Shape.Keys Credential =>
        new([
            Required(
                "from",
                CredentialSource,
                "Where it comes from: `vault:PATH`; in development `env:NAME` or `file:PATH`, too."
            ),
            Known("ttl", _time, "How long one lease of a `vault:` credential lasts; the session, when left out."),
            Known("why", _why, "Why the agent's work needs it."),
            Known("counters", _threat, "The threat it counters."),
        ]);

    private static string? CredentialProblem(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (scheme, rest) = colon < 0 ? ("", text) : (text[..colon], text[(colon + 1)..]);
        return scheme switch
        {
            "env" when Variable.Problem!(rest.Length == 0 ? "-" : rest) is null => null,
            "env" => "is no variable's name after `env:`",
            "file" when rest.Length > 0 => null,
            "vault" => VaultPath.ProblemOf(rest) is { } problem ? $"names no credential: its path {problem}" : null,
            _ => "is no source of a credential; never write the credential itself here",
        };
    }
}
