using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Gateway.Bench;

/// <summary>The parts' common frame: a bare Kestrel on a free port that says which, and serves until its input closes.</summary>
internal static class Serving
{
    public static async Task<(WebApplication Application, int Port)> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder
            .WebHost.UseKestrelCore()
            .ConfigureKestrel(kestrel =>
            {
                kestrel.AddServerHeader = false;
                kestrel.Listen(IPAddress.Loopback, 0);
                kestrel.Limits.MinResponseDataRate = null;
            });
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        return (application, new Uri(addresses.Addresses.Single()).Port);
    }

    public static async Task UntilInputClosesAsync(int port)
    {
        await Console.Out.WriteLineAsync("LISTENING " + port.ToString(CultureInfo.InvariantCulture));
        await Console.In.ReadToEndAsync();
    }
}
