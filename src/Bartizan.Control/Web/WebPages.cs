using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Bartizan.Control.Web;

/// <summary>
/// Pages that are served beside the API, at the same origin: the console's. They know nothing by themselves; what they show they ask the
/// API for, with what the browser sent. None stands below <c>/v1</c> or <c>/auth</c>.
/// </summary>
/// <param name="Services">What they need.</param>
/// <param name="Map">Maps them.</param>
public sealed record WebPages(Action<IServiceCollection> Services, Action<IEndpointRouteBuilder> Map);
