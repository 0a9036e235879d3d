using Bartizan.Client;
using Bartizan.Console;
using Bartizan.Control.Web;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Daemon.Consoles;

/// <summary>
/// Puts the console's pages beside the API. What they show they ask the API for, at the socket that is kept for them, with the cookies of
/// whoever looks at them: so a page is no second way in.
/// </summary>
internal static class ConsolePages
{
    /// <summary>The pages, asking at this instance's socket.</summary>
    public static WebPages Over(StateDirectory state) =>
        new(
            services =>
                services.AddSingleton(_ => new ControlClient(
                    new ControlAddress(state.Home) { PeopleSocket = state.WebSocket }
                )),
            routes =>
                BartizanConsole.Map(
                    routes,
                    context =>
                        context
                            .RequestServices.GetRequiredService<ControlClient>()
                            .With(
                                context.Request.Headers.Cookie.ToString(),
                                context.Connection.RemoteIpAddress?.ToString()
                            )
                )
        );
}
