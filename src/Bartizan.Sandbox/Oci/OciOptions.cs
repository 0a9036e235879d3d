namespace Bartizan.Sandbox.Oci;

/// <summary>How the container backend is set up on this host.</summary>
public sealed record OciOptions
{
    /// <summary>Host users for containers, behind those for bubblewrap.</summary>
    public const int FirstHostUserDefault = 280_000;

    /// <summary>The image of a plan that names none, <c>NAME@sha256:…</c>; null when every plan must.</summary>
    public string? Image { get; init; }

    /// <summary>Where the engine's program is looked for, in this order.</summary>
    public IReadOnlyList<string> Engines { get; init; } = ["/usr/bin/podman", "/usr/local/bin/podman"];

    /// <summary>Where docker's program is looked for, to say why it isn't used where there is no podman.</summary>
    public IReadOnlyList<string> Docker { get; init; } = ["/usr/bin/docker", "/usr/local/bin/docker"];

    /// <summary>Where gVisor's runtime is looked for, to say why it isn't used.</summary>
    public IReadOnlyList<string> Runsc { get; init; } =
    ["/usr/bin/runsc", "/usr/local/bin/runsc", "/usr/local/sbin/runsc"];

    /// <summary>Where root keeps which host users are taken, and where containers' roots are put together.</summary>
    public string RuntimeDirectory { get; init; } = "/run/bartizan";

    /// <summary>
    /// The first host user of the pool. As many again, behind the last, are the users that a container's own root is on the
    /// host: nobody, and nobody else's.
    /// </summary>
    public int FirstHostUser { get; init; } = FirstHostUserDefault;

    /// <summary>The size of the pool: the most containers at a time.</summary>
    public int HostUserCount { get; init; } = 32_768;

    /// <summary>From spawn to ready. An engine takes a fraction of a second; what takes longer than this is stuck.</summary>
    public TimeSpan LaunchTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>From the first blow to verified empty.</summary>
    public TimeSpan KillTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
