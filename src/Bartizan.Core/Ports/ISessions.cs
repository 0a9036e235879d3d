using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>The live sessions, and the fleet's own switch.</summary>
public interface ISessions
{
    /// <summary>False once the instance denies everything.</summary>
    bool FleetRunning { get; }

    /// <summary>The session, or null when there is none alive under that id.</summary>
    Session? Find(SessionId id);
}
