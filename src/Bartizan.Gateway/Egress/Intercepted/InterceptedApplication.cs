using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Egress.Intercepted;

/// <summary>One request after the other, straight from Kestrel.</summary>
internal sealed class InterceptedApplication : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            var place = context.Features.GetRequiredFeature<InterceptedPlace>();
            await new InterceptedExchange(place, context).RunAsync().ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Fail closed: whatever went wrong in one request ends it, and its passage says abandoned.
            context.Abort();
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception) { }
}
