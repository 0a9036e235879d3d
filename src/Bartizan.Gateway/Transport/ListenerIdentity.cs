using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Transport;

/// <summary>
/// The connection feature that says whose listener a connection came in by. A null session means a shared listener, where
/// the token is the identity.
/// </summary>
internal sealed record ListenerIdentity(Session? Session);
