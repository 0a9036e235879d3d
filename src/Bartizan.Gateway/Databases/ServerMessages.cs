namespace Bartizan.Gateway.Databases;

/// <summary>Reads what a server's messages hold.</summary>
internal static class ServerMessages
{
    /// <summary>The types of a statement's values.</summary>
    public static int[] ReadTaken(byte[] body)
    {
        var reader = new WireReader(body);
        var types = new int[reader.Count()];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = reader.Int();
        }

        return types;
    }

    /// <summary>The types of its columns.</summary>
    public static int[] ReadGiven(byte[] body)
    {
        var reader = new WireReader(body);
        var types = new int[reader.Count()];
        for (var i = 0; i < types.Length; i++)
        {
            _ = reader.Text();
            _ = (reader.Int(), reader.Short());
            types[i] = reader.Int();
            _ = (reader.Short(), reader.Int(), reader.Short());
        }

        return types;
    }
}
