namespace Bartizan.Core.Ports;

/// <summary>A program that runs in a sandbox of its own. Disposing it leaves no process behind.</summary>
public interface IIsolatedProcess : IAsyncDisposable
{
    /// <summary>What it reads.</summary>
    Stream Input { get; }

    /// <summary>What it writes.</summary>
    Stream Output { get; }

    /// <summary>Completes when all of its processes are gone.</summary>
    Task Ended { get; }
}
