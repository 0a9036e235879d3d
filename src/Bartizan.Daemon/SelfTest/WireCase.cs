using System.Globalization;
using System.Text;

namespace Bartizan.Daemon.SelfTest;

/// <summary>
/// One exchange that the probe applet makes inside the sandbox, byte for byte, and what it proves. Several cases can belong
/// to one attempt: it is blocked when each of them was stopped and each of its controls got through.
/// </summary>
internal sealed record WireCase
{
    private const int PatienceMilliseconds = 3000;

    /// <summary>The attempt it belongs to.</summary>
    public required string Attempt { get; init; }

    /// <summary>Unique; it is the marker that canaries look for, too.</summary>
    public required string Name { get; init; }

    /// <summary>True for the same act with the protection's rule satisfied: it must get through.</summary>
    public bool IsControl { get; init; }

    /// <summary>The steps, as the applet reads them.</summary>
    public string Script { get; private init; } = "";

    /// <summary>Says what happened.</summary>
    public required Func<WireCase, Evidence, Finding> Judge { get; init; }

    public WireCase Tcp(string address, int port) => Add(Line($"tcp {address} {port}"));

    public WireCase Udp(string address, int port) => Add(Line($"udp {address} {port}"));

    /// <summary>Text as Latin-1, so that a test can name every byte.</summary>
    public WireCase Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public WireCase Send(byte[] bytes) => Add("send " + Convert.ToHexStringLower(bytes));

    public WireCase Ask(byte[] query) => Add("ask " + Convert.ToHexStringLower(query));

    /// <summary>Reads a head.</summary>
    public WireCase Head() => Add(Line($"head {PatienceMilliseconds}"));

    /// <summary>Reads to the end.</summary>
    public WireCase All(int milliseconds = PatienceMilliseconds) => Add(Line($"all {milliseconds}"));

    /// <summary>Reads once.</summary>
    public WireCase More() => Add(Line($"more {PatienceMilliseconds}"));

    /// <summary>A step by its own name.</summary>
    public WireCase Step(string step, int count) => Add(Line($"{step} {count}"));

    /// <summary>The same case as a control.</summary>
    public WireCase AsControl() => this with { IsControl = true };

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);

    private WireCase Add(string line) => this with { Script = Script + line + "\n" };
}
