using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Manifests;

namespace Bartizan.Sandbox.Oci;

/// <summary>An image as it lies unpacked in the engine's store.</summary>
/// <param name="Name">As it was named, with the digest.</param>
/// <param name="Lower">Its layers' directories, uppermost first, as overlayfs takes them.</param>
/// <param name="TopLevel">What lies at its root, links and what the sandbox has of its own left out.</param>
internal sealed record ContainerImage(string Name, string Lower, ImmutableArray<string> TopLevel)
{
    private static readonly string[] NotTheImages = ["proc", "sys", "dev", "run", "tmp", "workspace"];

    /// <summary>Asks the engine for an image that it has; nothing is fetched.</summary>
    /// <exception cref="SandboxUnavailableException">It is not pinned, not there, or not in directories.</exception>
    public static async Task<ContainerImage> FindAsync(
        ContainerEngine engine,
        string name,
        CancellationToken cancellationToken
    )
    {
        if (ContainerImageName.Problem(name) is { } problem)
        {
            throw new SandboxUnavailableException($"The image `{name}` {problem}.");
        }

        var (code, said) = await engine.RunAsync(["image", "inspect", name], cancellationToken).ConfigureAwait(false);
        if (code != 0)
        {
            throw new SandboxUnavailableException(
                $"The image `{name}` is not in this host's store: get it with `podman pull {name}`."
            );
        }

        try
        {
            return Read(name, said);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new SandboxUnavailableException(
                $"What the engine says of the image `{name}` can't be understood: {failure.Message.TrimEnd('.')}.",
                failure
            );
        }
    }

    private static ContainerImage Read(string name, string inspected)
    {
        using var document = JsonDocument.Parse(inspected);
        var image = document.RootElement[0];
        var digest = ContainerImageName.DigestOf(name);

        // INVARIANT: what runs is what the manifest pinned, whatever the engine resolved the name to.
        if (image.GetProperty("Digest").GetString() != digest)
        {
            throw new SandboxUnavailableException($"The engine gave another image for `{name}`: nothing is started.");
        }

        var driver = image.GetProperty("GraphDriver");
        var kind = driver.EnumerateObject().First(static member => member.NameEquals("Name"u8)).Value.GetString();
        if (kind != "overlay")
        {
            throw new SandboxUnavailableException(
                $"The engine keeps images by `{kind}`: set `driver = \"overlay\"` in storage.conf, and fetch `{name}` again."
            );
        }

        var data = driver.GetProperty("Data");
        var top = data.GetProperty("UpperDir").GetString()!;
        var below = data.TryGetProperty("LowerDir", out var more) ? more.GetString()! : "";
        var lower = below.Length > 0 ? $"{top}:{below}" : top;
        if (lower.AsSpan().IndexOfAny(',', '\\') >= 0)
        {
            throw new SandboxUnavailableException("The engine's store lies at a path with a comma or a backslash.");
        }

        return new ContainerImage(name, lower, [.. TopLevelOf(lower.Split(':'))]);
    }

    private static IEnumerable<string> TopLevelOf(string[] layers)
    {
        var seen = new HashSet<string>(NotTheImages, StringComparer.Ordinal);
        foreach (var entry in layers.SelectMany(static layer => new DirectoryInfo(layer).EnumerateFileSystemInfos()))
        {
            // A layer takes away what lies below by a device of its name, without permissions; a link's target is ruled where it lies.
            if (
                seen.Add(entry.Name)
                && entry.LinkTarget is null
                && (entry is DirectoryInfo || entry.UnixFileMode != UnixFileMode.None)
            )
            {
                yield return "/" + entry.Name;
            }
        }
    }
}
