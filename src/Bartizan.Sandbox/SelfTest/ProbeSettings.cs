using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;

namespace Bartizan.Sandbox.SelfTest;

/// <summary>What the probe applet is told: where the canaries are, inside or outside.</summary>
internal static class ProbeSettings
{
    /// <summary>Attempts to take: more than <see cref="SelfTestLimits"/> gives.</summary>
    private const int MemoryMegabytes = 512;

    private static readonly string[] OrdinaryVariables =
    [
        "PATH",
        "HOME",
        "USER",
        "TMPDIR",
        "LANG",
        "TERM",
        "SHELL",
        "PWD",
    ];

    /// <summary>The limits of the sandbox under attack: below what the attempts try to take, and quick to reach.</summary>
    public static Core.Manifests.Limits SelfTestLimits { get; } =
        new()
        {
            Cpu = 2,
            MemoryBytes = 384L << 20,
            Processes = 256,
            DiskBytes = 128L << 20,
            WallClock = TimeSpan.FromMinutes(10),
        };

    /// <summary>The settings as the applet reads them: one <c>key=value</c> a line.</summary>
    public static byte[] Write(HostCanaries canaries, EscapeTestOptions options, string stage, bool inside)
    {
        var (address, addressSix, gateway) = HostAddresses();
        var text = new StringBuilder();
        Add("workspace", inside ? SandboxPaths.Workspace : canaries.Workspace);
        Add("workspace-on-host", canaries.Workspace);
        Add("stage-on-host", inside ? stage : canaries.Workspace);
        Add("tmp", inside ? SandboxPaths.Temporary : canaries.Scratch);
        Add("helper", inside ? SandboxPaths.Helper : options.HelperPath);
        Add("key-file", canaries.KeyFile);
        Add("canary-file", canaries.CanaryFile);
        Add("canary-directory", canaries.Directory);
        Add("host-home", Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        Add("secret-name", canaries.SecretName);
        Add("inherited-name", InheritedName() ?? canaries.SecretName);
        Add("victim-mark", canaries.Mark);
        Add("victim-pid", canaries.VictimId.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("tcp-port", canaries.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("tcp-port-six", canaries.PortSix.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Add("host-address", address);
        Add("host-address-six", addressSix);
        Add("host-gateway", gateway);
        Add("abstract-socket", canaries.AbstractSocket);
        Add("stream-socket", canaries.StreamSocket);
        Add("datagram-socket", canaries.DatagramSocket);
        Add("memory-megabytes", MemoryMegabytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Encoding.UTF8.GetBytes(text.ToString());

        void Add(string key, string value) => text.Append(key).Append('=').Append(value).Append('\n');
    }

    // A variable this process got from whoever started it: what a careless launch passes on.
    private static string? InheritedName() =>
        File.ReadAllText("/proc/self/environ")
            .Split('\0')
            .Select(line => line.Split('=')[0])
            .FirstOrDefault(name => name.Length > 0 && !OrdinaryVariables.Contains(name, StringComparer.Ordinal));

    private static (string Address, string AddressSix, string Gateway) HostAddresses()
    {
        var up = NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(i =>
                i
                    is {
                        OperationalStatus: OperationalStatus.Up,
                        NetworkInterfaceType: not NetworkInterfaceType.Loopback
                    }
            )
            .Select(i => i.GetIPProperties())
            .ToList();
        var unicast = up.SelectMany(p => p.UnicastAddresses).Select(a => a.Address).ToList();
        return (
            unicast.Find(a => a.AddressFamily == AddressFamily.InterNetwork)?.ToString() ?? "",
            unicast.Find(a => a is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv6LinkLocal: false })?.ToString()
                ?? "",
            up.SelectMany(p => p.GatewayAddresses)
                .Select(g => g.Address)
                .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork)
                ?.ToString()
                ?? ""
        );
    }
}
