using System.Security.Authentication;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>The host's certificate doesn't hold: nothing was sent.</summary>
internal sealed class UntrustedHostException(string problem) : AuthenticationException(problem);
