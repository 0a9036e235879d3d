using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>How a session's TLS to a host is dealt with.</summary>
/// <param name="Seen">Whether it is looked into.</param>
/// <param name="Terms">What the manifest says of the host.</param>
/// <param name="Session">The session; null where there is none, and then nothing is granted.</param>
public sealed record SeenHost(Interception Seen, HostTerms Terms, Session? Session);
