using System.Security.Authentication;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>What it means that a request got no answer.</summary>
internal static class UpstreamEnd
{
    /// <summary>For the client, and for the record.</summary>
    public static (DialEnd End, Outcome Outcome) Of(Exception e, InterceptedPlace place)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            switch (inner)
            {
                case NotDialedException not:
                    return (not.Dialed.End, not.Dialed.ToOutcome());
                case IOException when inner.Message.StartsWith("the authority", StringComparison.Ordinal):
                case UntrustedHostException:
                    return (DialEnd.Unreachable, new Outcome(OutcomeKind.Cut, inner.Message));
                case AuthenticationException:
                    return Failed($"`{place.Authority}` and this proxy came to no TLS connection; nothing was sent");
            }
        }

        return Failed($"`{place.Authority}` gave no answer that can be read");
    }

    private static (DialEnd End, Outcome Outcome) Failed(string problem) =>
        (DialEnd.Unreachable, new Outcome(OutcomeKind.Failed, problem));
}
