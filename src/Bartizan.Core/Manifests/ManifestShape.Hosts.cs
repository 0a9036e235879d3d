using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Manifests;

/// <content>Hosts that <c>http</c> rules reach by TLS.</content>
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
        ]);
}
