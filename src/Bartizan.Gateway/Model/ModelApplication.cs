using Bartizan.Core.Enforcement;
using Bartizan.Core.Ports;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Bartizan.Gateway.Model;

/// <summary>One request after the other, straight from Kestrel: no hosting, no routing table, no middleware.</summary>
internal sealed class ModelApplication(
    ReferenceMonitor monitor,
    ISessions sessions,
    ISessionTokens tokens,
    ICredentialLender lender,
    TimeProvider clock,
    ModelGatewayOptions options
) : IHttpApplication<HttpContext>, IDisposable
{
    /// <inheritdoc/>
    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    /// <inheritdoc/>
    public Task ProcessRequestAsync(HttpContext context)
    {
        _ = (monitor, sessions, tokens, lender, clock, options);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void DisposeContext(HttpContext context, Exception? exception) { }

    /// <inheritdoc/>
    public void Dispose() { }
}
