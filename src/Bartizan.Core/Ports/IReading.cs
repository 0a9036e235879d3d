using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>One reading under way; over when it is disposed of.</summary>
public interface IReading : IAsyncDisposable
{
    /// <summary>The session that reads.</summary>
    Session Session { get; }
}
