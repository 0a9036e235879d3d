using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Gateway.Egress.Injection;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>The cookies of a host that keeps them outside the sandbox: into its requests, out of its answers.</summary>
internal static class PutCookies
{
    /// <summary>
    /// Between granted and sent. A cookie that was given for a credential stands for it: it goes with a request only while the credential
    /// can be lent, and the outcome names it, unless it names one that was put in.
    /// </summary>
    public static async ValueTask<InterceptedHead> IntoAsync(
        InterceptedPlace place,
        Passage passage,
        InterceptedHead head,
        CarriedCredential? carried,
        CancellationToken cancellationToken
    )
    {
        if (place.Cookies is not { } jar)
        {
            return head;
        }

        var now = place.Wiring.Clock.GetUtcNow();
        var shown = carried is null ? [] : ImmutableArray.Create(carried.Name);
        foreach (var credential in jar.CredentialsOf(head.Path, now))
        {
            var handle = place.Wiring.Injector is { } injector
                ? await injector
                    .HandleOfAsync(place.Session, credential, place.Authority, cancellationToken)
                    .ConfigureAwait(false)
                : null;
            if (handle is null)
            {
                jar.Forget(credential);
            }
            else
            {
                shown = shown.Contains(credential) ? shown : shown.Add(credential);
                if (carried is null)
                {
                    passage.Uses(handle);
                }
            }
        }

        return head.WithCookies(jar.For(head.Path, now), shown);
    }

    /// <summary>
    /// Takes what an answer sets; what holds the credential that it was asked with is not kept. A cookie that is given for a cookie is
    /// given for that one's credentials: a host that renews its session would make it outlive them.
    /// </summary>
    public static void OutOf(
        InterceptedPlace place,
        HttpResponseMessage response,
        InterceptedHead head,
        CarriedCredential? carried
    ) =>
        place.Cookies?.Take(
            PassedAnswer.CookiesOf(response).Where(field => carried is null || carried.Without(field) == field),
            head.Path,
            place.Wiring.Clock.GetUtcNow(),
            head.CookiesFor
        );
}
