namespace Bartizan.Core.Manifests;

/// <content>Git by SSH.</content>
internal static partial class ManifestShape
{
    private static Shape.Keys Git =>
        new([
            Required(
                "url",
                new Shape.Text("an address such as `ssh://git@git.example.com/`")
                {
                    Expression = "^ssh://[^:@/]+@",
                    Problem = GitHost.FindProblem,
                },
                "Where it is, and the user there: `ssh://USER@HOST:PORT/FOLDER/`. Repositories are named below the folder."
            ),
            Required(
                "host_key",
                new Shape.Text("a key such as `ssh-ed25519 AAAA…`")
                {
                    Expression = "^(ssh-|ecdsa-)[a-z0-9-]+ [A-Za-z0-9+/=]+$",
                    Problem = GitHost.FindProblemOfKey,
                },
                "The key that the host must have; with any other nothing is sent."
            ),
            Required(
                "with",
                _name,
                "The private key that opens it, without a passphrase, by its name in `credentials`; no session holds it."
            ),
            Known("place", _any, "Where what it is told goes, for `trust: places`."),
        ]);
}
