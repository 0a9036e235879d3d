namespace Bartizan.Daemon.Tests.SelfTest;

/// <summary>Tests that listen on ports 80 and 443 and look at a clock: nothing of this assembly runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class CanaryPorts
{
    public const string Name = "canary ports";
}
