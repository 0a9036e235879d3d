using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Databases;

/// <summary>What every connection of one session's databases works with.</summary>
internal sealed record DatabaseWiring(
    ReferenceMonitor Monitor,
    IDatabaseRoles Roles,
    Session Session,
    TimeProvider Clock,
    DatabaseOptions Options
);
