using System.Collections.Immutable;
using System.Text;

namespace Bartizan.Sandbox.Bubblewrap;

/// <summary>
/// What every sandbox shows before its plan adds anything: <c>/usr</c> read-only, the usual links into it, and an <c>/etc</c>
/// of generated files and the few of the host's that programs need and nobody minds.
/// </summary>
internal static class BaseView
{
    private static readonly string[] TopLevel = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

    private static readonly string[] HostDirectories =
    [
        "/etc/ssl",
        "/etc/alternatives",
        "/etc/pki",
        "/etc/crypto-policies",
        "/etc/dotnet",
    ];

    private static readonly string[] HostFiles =
    [
        "/etc/ld.so.cache",
        "/etc/localtime",
        "/etc/os-release",
        "/etc/protocols",
        "/etc/services",
        "/etc/mime.types",
        "/etc/debian_version",
        "/etc/bash.bashrc",
        "/etc/profile",
        "/etc/gai.conf",
    ];

    /// <summary>The files of <c>/etc</c> that are the same in every sandbox.</summary>
    public static ImmutableArray<Mount> Generated { get; } =
    [
        Text("/etc/passwd", "root:x:0:0:root:/:/usr/sbin/nologin\nagent:x:10000:10000:agent:/home/agent:/bin/bash\n"),
        Text("/etc/group", "root:x:0:\nagent:x:10000:\n"),
        Text("/etc/hosts", "127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost ip6-loopback\n"),
        Text("/etc/hostname", "sandbox\n"),
        Text("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:1\n"),
        Text("/etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\nhosts: files dns\nservices: files\n"),
    ];

    /// <summary>Reads what of it this host has.</summary>
    public static ImmutableArray<Mount> Read()
    {
        var mounts = ImmutableArray.CreateBuilder<Mount>();
        mounts.Add(Mount.ReadOnly("/usr", "/usr", Purpose));
        foreach (var name in TopLevel)
        {
            var path = "/" + name;
            if (new FileInfo(path).LinkTarget is { } target)
            {
                mounts.Add(Mount.Symlink(path, target, Purpose));
            }
            else if (Directory.Exists(path))
            {
                mounts.Add(Mount.ReadOnly(path, path, Purpose));
            }
        }

        mounts.AddRange(Generated);
        // A runtime of Java doesn't start without its configuration, which Debian keeps in /etc/java-17-openjdk.
        var java = Directory.GetDirectories("/etc", "java-*-openjdk").Order(StringComparer.Ordinal);
        foreach (var path in HostDirectories.Concat(java).Concat(HostFiles))
        {
            if (new FileInfo(path).LinkTarget is { } target)
            {
                mounts.Add(Mount.Symlink(path, target, Purpose));
            }
            else if (Directory.Exists(path))
            {
                mounts.Add(Mount.ReadOnly(path, path, Purpose));
            }
            else if (File.Exists(path))
            {
                mounts.Add(Mount.File(path, File.ReadAllBytes(path), Purpose));
            }
        }

        return mounts.ToImmutable();
    }

    /// <summary>True for a path in one of the host's own directories: a file there is a mount over the host's.</summary>
    public static bool IsBelowHost(string path) =>
        HostDirectories.Any(folder => path.StartsWith(folder + "/", StringComparison.Ordinal));

    private const string Purpose = "base";

    private static Mount Text(string path, string content) =>
        Mount.File(path, Encoding.UTF8.GetBytes(content), Purpose);
}
