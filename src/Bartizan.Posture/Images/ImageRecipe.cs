using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Bartizan.Core.Manifests;

namespace Bartizan.Posture.Images;

/// <summary>
/// A Dockerfile for an agent: a base by its digest, packages by their versions, and nothing of the host. The build has no context, so no
/// secret can be copied in; what runs is nobody; what could install more is taken away, and so are the rights of set-id programs.
/// </summary>
public sealed record ImageRecipe
{
    /// <summary>1 January 1980: the first day that every archive can hold.</summary>
    public const long UsualEpoch = 315_532_800;

    /// <summary>The host's nobody is another number; this one has no account anywhere.</summary>
    private const int User = 65_532;

    /// <summary>The base, <c>NAME@sha256:…</c>.</summary>
    public required string Base { get; init; }

    /// <summary>The packages, <c>NAME=VERSION</c>.</summary>
    public required ImmutableArray<string> Packages { get; init; }

    /// <summary>The agent's manifest.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The digest of the policy that the manifest means.</summary>
    public required string Policy { get; init; }

    /// <summary>SOURCE_DATE_EPOCH: no file of the image is newer.</summary>
    public long Epoch { get; init; } = UsualEpoch;

    /// <summary>The Dockerfile.</summary>
    /// <exception cref="FormatException">The base or a package isn't pinned.</exception>
    public string Dockerfile()
    {
        // INVARIANT: only what was looked at is written; a line break in a name would be an instruction.
        if (ContainerImageName.Problem(Base) is { } problem)
        {
            throw new FormatException($"the base `{ImageFinding.Shown(Base)}` {problem}");
        }

        foreach (var package in Packages)
        {
            if (!IsPinned(package))
            {
                throw new FormatException($"the package `{ImageFinding.Shown(package)}` isn't `NAME=VERSION`");
            }
        }

        var epoch = Epoch.ToString(CultureInfo.InvariantCulture);
        var text = new StringBuilder();
        text.Append(
            $"""
            # Written by `bartizan image`. The same lines give the same image:
            #   podman build --timestamp {epoch} --tag localhost/{Manifest.Agent} - < Dockerfile
            # There is no build context: nothing of the host can be copied in.
            FROM {Base} AS filled
            ARG SOURCE_DATE_EPOCH={epoch}

            """
        );
        if (!Packages.IsEmpty)
        {
            text.Append(
                $"""
                RUN set -eu; \
                    export DEBIAN_FRONTEND=noninteractive; \
                    apt-get update; \
                    apt-get install --yes --no-install-recommends {string.Join(
                    ' ',
                    Packages.Order(StringComparer.Ordinal)
                )}

                """
            );
        }

        // /var/lib/dpkg stays: a scanner reads there what is installed.
        text.Append(
            $"""
            RUN set -eu; \
                rm -rf /var/lib/apt /var/cache /var/log /var/tmp /tmp /root /etc/apt /usr/lib/apt /etc/machine-id; \
                rm -f /usr/bin/apt /usr/bin/apt-* /usr/bin/dpkg /usr/bin/dpkg-*; \
                mkdir -p /var/cache /var/log /var/tmp /tmp /root /workspace; \
                chmod 1777 /tmp /var/tmp; \
                find / -xdev -type f -perm /6000 -exec chmod ug-s {"{}"} +; \
                find / -xdev \( -path /dev -o -path /proc -o -path /sys -o -path /run -o -path /etc/hosts -o -path /etc/hostname \
                    -o -path /etc/resolv.conf \) -prune -o -newermt "@$SOURCE_DATE_EPOCH" \
                    -exec touch -h -d "@$SOURCE_DATE_EPOCH" {"{}"} +
            FROM scratch
            COPY --from=filled / /
            USER {User}:{User}
            WORKDIR /workspace
            LABEL org.opencontainers.image.base.name="{Base[..Base.IndexOf('@', StringComparison.Ordinal)]}" \
                org.opencontainers.image.base.digest="{ContainerImageName.DigestOf(Base)}" \
                bartizan.agent="{Manifest.Agent}" \
                bartizan.policy="{Policy}"

            """
        );
        return text.ToString();
    }

    /// <summary>True for <c>NAME=VERSION</c> as Debian writes both.</summary>
    public static bool IsPinned(string package)
    {
        ArgumentNullException.ThrowIfNull(package);
        var at = package.IndexOf('=', StringComparison.Ordinal);
        return at > 1
            && at < package.Length - 1
            && char.IsAsciiLetterOrDigit(package[0])
            && package[..at].All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || "+.-".Contains(c))
            && package[(at + 1)..].All(static c => char.IsAsciiLetterOrDigit(c) || "+.-:~".Contains(c));
    }
}
