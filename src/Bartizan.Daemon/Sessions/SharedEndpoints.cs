using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Bartizan.Client.Sessions;
using Bartizan.Gateway.Egress;
using Bartizan.Gateway.Model;
using Bartizan.Gateway.Tools;

namespace Bartizan.Daemon.Sessions;

/// <summary>The loopback ports that all attached sessions share; the token is the identity there.</summary>
internal static class SharedEndpoints
{
    /// <summary>Opens them.</summary>
    public static AttachEndpoints Open(ModelGateway models, ToolGateway tools, EgressProxy egress)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        egress.AcceptAttached(listener);
        var port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        var model = models.AttachEndpoint;
        return new AttachEndpoints(
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{model.Port}"),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{model.Port}/v1"),
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
            new McpEndpoints
            {
                All = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{tools.AttachEndpoint.Port}/mcp"),
            }
        )
        {
            Gemini = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{model.Port}"),
            Hooks = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{model.Port}/hooks"),
        };
    }
}
