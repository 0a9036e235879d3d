namespace Bartizan.Sandbox.Native;

/// <summary>Descriptor numbers agreed with <c>helper.h</c>.</summary>
internal static class LaunchDescriptors
{
    /// <summary>launch's spec.</summary>
    public const int LaunchSpec = 3;

    /// <summary>inject's and observe's socket.</summary>
    public const int Control = 3;

    /// <summary>Where observe tells what it sees.</summary>
    public const int Seen = 4;

    /// <summary>shim's spec.</summary>
    public const int ShimSpec = 4;

    /// <summary>The seccomp program.</summary>
    public const int Filter = 5;

    /// <summary>shim's socket.</summary>
    public const int Sync = 6;

    /// <summary>The agent's standard input; output and error follow.</summary>
    public const int AgentInput = 7;

    /// <summary>What an engine passes on to a container: places 3 to the sync socket's.</summary>
    public const int PassedByEngine = Sync - LaunchSpec + 1;

    /// <summary>bwrap's arguments.</summary>
    public const int BubblewrapArguments = 10;

    /// <summary>The first of those that differ from launch to launch.</summary>
    public const int FirstFree = 11;

    /// <summary>The last of those; a plan that needs more is refused.</summary>
    public const int Last = 500;
}
