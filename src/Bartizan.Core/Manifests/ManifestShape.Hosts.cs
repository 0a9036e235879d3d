using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <content>Hosts that <c>http</c> and <c>connect</c> rules reach.</content>
internal static partial class ManifestShape
{
    private static Shape.Text HostKey =>
        new("a host such as `git.internal`, without a port")
        {
            MaxLength = 253,
            Problem = text =>
                HostName.TryParse(text, out var host, out var problem) && host.ToString() == text ? null
                : problem.Length > 0 ? problem
                : "is not in lower case, or has a dot at its end",
        };

    private static Shape.Keys Host =>
        new([
            Known(
                "ca",
                _path,
                "A PEM file with the authority that vouches for it; no other does then. Used where its requests are looked at."
            ),
            Known(
                "cookies",
                new Shape.Choice("what becomes of its cookies", ["pass", "keep"]),
                "`keep`: cookies that it sets stay outside the sandbox, for the session, and the agent's own aren't sent. `pass` when nothing is said."
            ),
            Known("rate", _rate, "How fast a session may open tunnels to it and send it requests, together."),
            Known("up", _size, "Bytes that a session may send to it. What would pass that is cut."),
            Known("down", _size, "Bytes that a session may have from it. What would pass that is cut."),
        ]);
}
