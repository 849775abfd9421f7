using OptOut.Local.Commands;

return await Run.MainAsync(args, Console.Out, Console.Error);
