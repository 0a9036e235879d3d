using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Bartizan.Console.Serving;

/// <summary>Renders a page to text, once and for good: no circuit, nothing that lives on.</summary>
public static class PageRenderer
{
    private static readonly ServiceProvider s_services = new ServiceCollection().BuildServiceProvider();

    /// <summary>The page as HTML.</summary>
    public static async Task<string> RenderAsync<TPage>(IDictionary<string, object?> parameters)
        where TPage : IComponent
    {
        var renderer = new HtmlRenderer(s_services, NullLoggerFactory.Instance);
        await using (renderer.ConfigureAwait(false))
        {
            return await renderer
                .Dispatcher.InvokeAsync(async () =>
                    (
                        await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))
                    ).ToHtmlString()
                )
                .ConfigureAwait(false);
        }
    }
}
