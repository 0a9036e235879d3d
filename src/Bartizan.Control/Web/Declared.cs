using Bartizan.Control.People;

namespace Bartizan.Control.Web;

/// <summary>What an endpoint says that it does. Without it nothing is reached.</summary>
/// <param name="Act">The act.</param>
internal sealed record Declared(Act Act);
