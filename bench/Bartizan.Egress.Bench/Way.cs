using System.Net;

namespace Bartizan.Egress.Bench;

/// <summary>Where a connection goes, and the proxy that it asks for it, or null.</summary>
internal sealed record Way(IPEndPoint To, IPEndPoint? Through);
